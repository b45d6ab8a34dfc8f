create type r as enum ('a', 'b');
create function later(x r, y r) returns r immutable language sql as $$ select greatest(x, y) $$;
create aggregate last_r(r) (sfunc = later, stype = r);
create table t (v r, is_a boolean generated always as (v = 'a') stored);
create view w as select last_r(v) as l from t;
