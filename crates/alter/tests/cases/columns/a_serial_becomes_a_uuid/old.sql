create table t (id serial primary key);
create table u (t int references t);
