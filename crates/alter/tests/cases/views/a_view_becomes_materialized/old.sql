create table t (a int);
create view v as select a from t;
create view on_top as select a from v;
