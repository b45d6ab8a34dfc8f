create table a (no int);
create table b (no bigint);
