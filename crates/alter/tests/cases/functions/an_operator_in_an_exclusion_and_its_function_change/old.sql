create function plus(a int, b int) returns int immutable language sql as $$ select a + b $$;
create operator @+ (leftarg = int, rightarg = int, function = plus);
