create function f(in a int, inout b int, out d text) language sql as $$ select 1, 'x' $$;
