create type state as enum ('a');
create table t (id int, s state, old_states state[]);
create function f(s state) returns int language sql as 'select 1';
