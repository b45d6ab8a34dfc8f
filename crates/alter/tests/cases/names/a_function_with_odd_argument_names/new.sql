create function "Do It"("Arg One" int, "select" text default 'a"b', out "Out" int) language sql as $$ select 1 $$;
comment on function "Do It"(int, text) is 'does it';
grant execute on function "Do It"(int, text) to case_reader;
