create table "100%" ("a\b" bigint, "new
line" int, "$1" int, ":x" int, "{}" int);
create function "%s"() returns int language sql as 'select 1';
