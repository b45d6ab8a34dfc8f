create table "My Table" ("Id" int primary key, "a.b" text);
