create schema lib;
create function lib.norm(v text) returns text immutable language sql as $$ select lower(v) $$;
create table t (a text, b text generated always as (lib.norm(a)) stored, check (lib.norm(a) <> ''));
create unique index t_norm on t (lib.norm(a));
