create type kelvin as (d float8);
create function to_kelvin(v float8) returns kelvin immutable language sql as $$ select row(v)::kelvin $$;
create cast (float8 as kelvin) with function to_kelvin(float8);
