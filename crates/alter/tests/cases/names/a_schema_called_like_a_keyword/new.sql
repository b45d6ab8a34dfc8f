create schema "table";
create table "table"."select" ("from" text, "where" int references "table"."select" ("unique"), "unique" int unique);
create view "table"."view" as select "from" from "table"."select";
