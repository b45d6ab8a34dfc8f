create table t (name text primary key);
create table u (name text references t);
create view v as select name from t;
