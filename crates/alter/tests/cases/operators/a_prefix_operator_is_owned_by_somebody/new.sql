create function double(a int) returns int immutable language sql as $$ select a * 2 $$;
create operator @# (rightarg = int, function = double);
alter operator @# (none, int) owner to case_manager;
