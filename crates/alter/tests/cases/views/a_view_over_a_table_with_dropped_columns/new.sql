create table t (a int, c int, d text);
create view v as select * from t;
