create function ok(v text, n int default 3) returns boolean immutable language sql as $$ select length(v) > n $$;
create domain word as text constraint is_ok check (ok(value));
create table t (w word);
