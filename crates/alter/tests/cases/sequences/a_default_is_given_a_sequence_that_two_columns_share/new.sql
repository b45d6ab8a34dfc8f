create sequence numbers maxvalue 100000;
create table a (no int default nextval('numbers'));
create table b (no bigint default nextval('numbers'));
