create function add_text(state text, v text) returns text immutable language sql as $$ select state || ',' || v $$;
create aggregate joined(text) (sfunc = add_text, stype = text, initcond = '>', parallel = safe);
