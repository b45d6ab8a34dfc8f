create schema s;
create sequence s.q;
create table t (id bigint default nextval('s.q'));
