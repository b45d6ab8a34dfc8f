create schema "a.b";
create schema a;
create table "a.b".c (id int);
create table a."b.c" (id int);
