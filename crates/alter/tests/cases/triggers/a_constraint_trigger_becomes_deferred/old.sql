create table t (a int);
create function note() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger noter after insert on t for each row execute function note();
