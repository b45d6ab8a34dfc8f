create table a (x int, y int);
create function f(r a) returns int language sql as $$ select 1 $$;
create view v as select f(a) as n from a;
