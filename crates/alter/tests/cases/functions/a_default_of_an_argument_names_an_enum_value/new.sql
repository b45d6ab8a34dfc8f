create type r as enum ('b', 'c');
create function f(v r default 'c') returns text language sql as $$ select v::text $$;
