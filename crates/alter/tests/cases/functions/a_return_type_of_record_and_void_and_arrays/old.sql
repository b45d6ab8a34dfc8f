create function f() returns record language sql as $$ select 1, 2 $$;
create function g(int[]) returns void language sql as $$ select 1 $$;
