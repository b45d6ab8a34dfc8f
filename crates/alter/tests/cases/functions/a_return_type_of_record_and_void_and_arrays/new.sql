create function f() returns text[] language sql as $$ select array['x'] $$;
create function g(variadic int[]) returns setof record language sql as $$ select 1, 2 $$;
