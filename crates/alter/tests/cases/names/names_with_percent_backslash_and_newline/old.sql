create table "100%" ("a\b" int);
