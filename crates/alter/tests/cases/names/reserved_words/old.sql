create table "group" ("from" int primary key);
create table "user" ("order" int, "select" text);
