create table zoo (animal text);
create function animals() returns setof zoo language sql as $$ select * from zoo $$;
create function first_animal() returns zoo.animal%type language plpgsql as $$ declare r zoo%rowtype; begin select * into r from zoo; return r.animal; end $$;
