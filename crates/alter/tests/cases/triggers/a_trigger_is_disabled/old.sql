create table t (a int);
create function note() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger noter before update on t for each row execute function note();
