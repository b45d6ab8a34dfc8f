create schema lib;
create schema lib2;
create function lib2.k(v int) returns int immutable language sql as $$ select v $$;
create table t (a int);
create index t_k on t (lib2.k(a)) where lib2.k(a) > 0;
