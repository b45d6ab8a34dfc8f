create schema lib;
create function lib.k(v int) returns int immutable language sql as $$ select v $$;
create table t (a int);
create index t_k on t (lib.k(a)) where lib.k(a) > 0;
