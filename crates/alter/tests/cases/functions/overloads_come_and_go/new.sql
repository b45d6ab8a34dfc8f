create function area(w int) returns int language sql as $$ select w * w $$;
create function area(w int, h int) returns int language sql as $$ select w * h $$;
comment on function area(int, int) is 'of a rectangle';
