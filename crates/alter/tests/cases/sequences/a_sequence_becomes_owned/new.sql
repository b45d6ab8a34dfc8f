create sequence numbers;
create table t (id bigint default nextval('numbers'));
alter sequence numbers owned by t.id;
