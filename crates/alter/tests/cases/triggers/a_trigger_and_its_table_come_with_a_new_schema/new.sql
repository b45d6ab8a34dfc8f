create schema app;
create table app.t (a int, changed timestamptz);
create function app.touch() returns trigger language plpgsql as $$ begin new.changed := now(); return new; end $$;
create trigger touch before update on app.t for each row when (old.* is distinct from new.*) execute procedure app.touch();
