create schema "a.b";
create schema a;
create table "a.b".c (id int, v text);
create table a."b.c" (id bigint);
create sequence a."b.c.d" owned by a."b.c".id;
