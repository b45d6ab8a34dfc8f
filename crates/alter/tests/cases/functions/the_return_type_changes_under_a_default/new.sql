create function stamp() returns bigint language sql as $$ select 2::bigint $$;
create table t (a bigint default stamp());
