create table a (id int);
create table b (id int);
create function f() returns trigger language plpgsql as $$ begin return null; end $$;
create constraint trigger tr after update of id on a from b not deferrable for each row execute function f();
