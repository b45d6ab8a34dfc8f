create function ok(v text) returns boolean immutable language sql as $$ select v <> '' $$;
create domain word as text constraint is_ok check (ok(value));
create table t (w word);
