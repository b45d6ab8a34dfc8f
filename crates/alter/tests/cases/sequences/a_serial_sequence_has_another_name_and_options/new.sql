create table t (id serial primary key);
alter sequence t_id_seq rename to numbers;
alter sequence numbers increment 10 cache 5;
