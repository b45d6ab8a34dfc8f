create table t (a int);
create materialized view v as select a from t;
create unique index v_a on v (a);
create view on_top as select a from v;
