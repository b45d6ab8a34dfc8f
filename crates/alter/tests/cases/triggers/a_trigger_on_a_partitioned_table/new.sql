create function note() returns trigger language plpgsql as $$ begin return new; end $$;
create table t (a int) partition by range (a);
create table t_1 partition of t for values from (0) to (10);
create trigger noter before insert on t for each row execute function note();
create trigger own before delete on t_1 for each row execute function note();
