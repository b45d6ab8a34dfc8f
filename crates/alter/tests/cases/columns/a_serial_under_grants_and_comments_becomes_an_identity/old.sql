create table t (id serial primary key);
comment on sequence t_id_seq is 'numbers';
grant usage on sequence t_id_seq to alter_reader;
create view v as select currval('t_id_seq') as n;
