create type r as enum ('a', 'b');
create function f(v r default 'b') returns text language sql as $$ select v::text $$;
