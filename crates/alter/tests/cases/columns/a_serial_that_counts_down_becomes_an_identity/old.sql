create table t (id serial primary key);
alter sequence t_id_seq increment -1 minvalue -1000 maxvalue -1 start -1 restart;
