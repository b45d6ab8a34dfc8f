create table t (a int);
create function note() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger noter after update on t referencing old table as before_rows new table as after_rows for each statement execute function note();
