create table t (a int, b int);
create view v1 as select a as first from t;
create view v2 as select first from v1;
create view v3 as select * from v2;
