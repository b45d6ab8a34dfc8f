create table t (a int);
create function note() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger noter before update on t for each row execute function note();
create trigger replayer after insert on t for each row execute function note();
alter table t disable trigger noter;
alter table t enable always trigger replayer;
comment on trigger noter on t is 'off for now';
