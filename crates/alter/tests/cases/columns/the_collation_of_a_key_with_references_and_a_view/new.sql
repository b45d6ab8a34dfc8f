create table t (name text collate "C" primary key);
create table u (name text collate "C" references t);
create view v as select name from t;
