create table t (id serial);
grant usage on sequence t_id_seq to case_reader;
