create table t (id serial primary key, v text);
create index t_v on t (v);
