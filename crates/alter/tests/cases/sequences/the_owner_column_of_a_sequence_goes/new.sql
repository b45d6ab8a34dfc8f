create sequence numbers;
create table t (other bigint default nextval('numbers'));
