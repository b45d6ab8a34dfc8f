create function f() returns text language plpgsql as $outer$
begin
  -- it's; a comment
  execute $$ select 'x;' $$;
  return E'\\' || '''' || $a$ $1 $a$;
end
$outer$;
