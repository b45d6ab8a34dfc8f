create function stamp() returns int language sql as $$ select 1 $$;
create table t (a bigint default stamp());
