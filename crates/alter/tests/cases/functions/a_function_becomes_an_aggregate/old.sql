create function total(x int) returns int language sql as $$ select x $$;
