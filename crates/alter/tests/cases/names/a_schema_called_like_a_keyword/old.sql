create schema "table";
create table "table"."select" ("from" int);
