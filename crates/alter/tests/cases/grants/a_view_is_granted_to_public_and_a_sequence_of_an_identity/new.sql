create table t (id int generated always as identity);
create view v as select id from t;
grant select on v to public;
grant usage on sequence t_id_seq to case_reader;
