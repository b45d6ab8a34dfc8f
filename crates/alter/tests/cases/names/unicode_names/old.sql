create table "größe" ("naïve" int);
