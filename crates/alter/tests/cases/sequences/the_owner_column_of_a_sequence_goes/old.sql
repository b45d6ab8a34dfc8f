create sequence numbers;
create table t (id bigint default nextval('numbers'), other bigint);
alter sequence numbers owned by t.id;
