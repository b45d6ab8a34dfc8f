create table "My Table" ("Id" bigint primary key, "a.b" text not null default 'x.y', "say ""hi""" int check ("say ""hi""" > 0));
create index "An Index." on "My Table" ("a.b", "say ""hi""");
create view "A View" as select "a.b" as "Out Put" from "My Table";
comment on column "My Table"."a.b" is 'dotted';
