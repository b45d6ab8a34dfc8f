create type e as enum ('a');
create function f(e) returns int immutable language sql as 'select 1';
create cast (e as int) with function f(e) as implicit;
