create function f(in a int, inout b int, out c text) language sql as $$ select 1, 'x' $$;
