create type pair as (a int, b int, c int);
create function make_pair(x int) returns pair language sql as $$ select x, x, x $$;
