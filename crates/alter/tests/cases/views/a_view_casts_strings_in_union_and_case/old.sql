create table t (a varchar(5), at date);
create view v as select a from t;
