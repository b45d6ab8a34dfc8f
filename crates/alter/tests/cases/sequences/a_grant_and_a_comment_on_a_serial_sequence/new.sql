create table t (id serial);
comment on sequence t_id_seq is 'counts';
grant select on sequence t_id_seq to case_reader;
