create function greet(name text default 'you') returns text language sql as $$ select 'Hi ' || name $$;
create view hi as select greet();
