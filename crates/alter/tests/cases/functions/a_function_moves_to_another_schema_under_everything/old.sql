create schema lib;
create function norm(v text) returns text immutable language sql as $$ select lower(v) $$;
create table t (a text, b text generated always as (norm(a)) stored, check (norm(a) <> ''));
create unique index t_norm on t (norm(a));
