create function plus(a int, b int) returns int immutable language sql as $$ select b + a $$;
create operator @+ (leftarg = int, rightarg = int, function = plus);
create table t (v int default 1 operator(public.@+) 2);
