create table t (id int, s varchar(10));
create function f() returns trigger language plpgsql as $$ begin return null; end $$;
create constraint trigger tr after update on t deferrable for each row when (new.s in ('a', 'b')) execute function f();
