create sequence q;
create table t (id bigint default nextval('q') primary key);
create view v as select currval('q') as n;
