create function greet(name text) returns text language sql as $$ select 'Hi ' || name $$;
create view hi as select greet('me');
