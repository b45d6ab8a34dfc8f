create table t (a int, b int);
create function keep() returns trigger language plpgsql as $$ begin return new; end $$;
create view v as select b from t;
create trigger keeper instead of insert on v for each row execute function keep();
