create schema authorization case_owner create table t (id int primary key) create view v as select id from t;
grant usage on schema case_owner to case_reader;
comment on schema case_owner is 'of the owner';
