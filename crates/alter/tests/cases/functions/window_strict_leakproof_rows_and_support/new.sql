create function f(n int) returns setof int language sql strict leakproof stable parallel restricted cost 50 rows 7 as $$ select generate_series(1, n) $$;
