create sequence q;
create function f(a bigint default nextval('q')) returns bigint language sql as $$ select a $$;
create table t (v bigint default f());
