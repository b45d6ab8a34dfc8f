create table t (a text);
create view v as select a from t;
