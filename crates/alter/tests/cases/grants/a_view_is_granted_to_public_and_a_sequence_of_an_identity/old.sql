create table t (id int generated always as identity);
create view v as select id from t;
