create table "group" ("from" int primary key);
create table "user" ("order" bigint, "select" text, "end" date, "table" int references "group" ("from"));
