create table t (a int);
create function note() returns trigger language plpgsql as $$ begin return null; end $$;
create constraint trigger noter after insert on t deferrable initially deferred for each row execute function note();
