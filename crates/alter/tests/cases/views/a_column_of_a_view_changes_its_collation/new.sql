create table t (a text collate "C");
create view v as select a from t;
