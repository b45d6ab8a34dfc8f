create function f1(a int, b int) returns int immutable language sql as $$ select a $$;
create operator |+| (leftarg = int, rightarg = int, function = f1);
