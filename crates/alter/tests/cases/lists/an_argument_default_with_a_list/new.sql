create function f(a boolean default ('x'::varchar in ('x', 'y'))) returns boolean language sql as $$ select a $$;
