create table "größe" ("naïve" bigint, "数量" int default 1, constraint "Σ" unique ("数量"));
create type "état" as enum ('été', '☃');
