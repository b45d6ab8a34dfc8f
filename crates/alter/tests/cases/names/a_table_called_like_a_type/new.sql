create table text (id bigint, "text" text not null);
create function f(t public.text) returns pg_catalog.text language sql as $$ select t.text $$;
