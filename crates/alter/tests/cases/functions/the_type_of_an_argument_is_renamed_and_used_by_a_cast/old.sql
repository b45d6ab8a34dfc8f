create type celsius as (d float8);
create function to_celsius(v float8) returns celsius immutable language sql as $$ select row(v)::celsius $$;
create cast (float8 as celsius) with function to_celsius(float8);
