create function pick(a int, b int) returns int language sql immutable as $$ select a $$;
create view v as select pick(1, 2) as p;
