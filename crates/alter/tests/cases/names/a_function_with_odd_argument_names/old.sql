create function "Do It"("Arg One" int, "select" text default 'a''b') returns int language sql as $$ select 1 $$;
