create function f(n int) returns setof int language sql as $$ select generate_series(1, n) $$;
