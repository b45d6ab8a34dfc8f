create table t (id int, code int generated always as (id + 1) stored primary key);
create table u (code int references t);
