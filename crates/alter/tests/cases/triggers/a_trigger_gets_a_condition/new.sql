create table t (a int, b int);
create function note() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger noter before insert or update of a, b on t for each row when (new.a > 0) execute function note('x', 'it''s');
