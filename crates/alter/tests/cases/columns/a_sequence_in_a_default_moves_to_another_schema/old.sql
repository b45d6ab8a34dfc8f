create schema s;
create sequence q;
create table t (id bigint default nextval('q'));
