create table t (a int);
create schema code;
create function code.note() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger noter before update on t for each row execute function code.note();
