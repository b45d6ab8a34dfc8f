create table a (id int);
create table b (id int);
create function f() returns trigger language plpgsql as $$ begin return null; end $$;
create constraint trigger tr after update on a for each row execute function f();
