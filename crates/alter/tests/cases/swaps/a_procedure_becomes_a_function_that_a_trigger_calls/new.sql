create table t (a int);
create function act() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger act before insert on t for each row execute function act();
