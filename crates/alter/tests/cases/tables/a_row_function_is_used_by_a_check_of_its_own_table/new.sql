create table t (a int, b int);
create function is_good(r t) returns boolean immutable language sql as $$ select r.a > r.b $$;
alter table t add constraint good check (is_good(t.*));
