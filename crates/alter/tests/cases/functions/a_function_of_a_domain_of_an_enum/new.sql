create type e as enum ('a', 'b');
create domain d as e check (value <> 'b');
create function f(v d, out r d[]) language sql as $$ select array[v] $$;
