create function area(w int) returns int language sql as $$ select w * w $$;
create function area(w text) returns int language sql as $$ select 0 $$;
