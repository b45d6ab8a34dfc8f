create table t (a int, b text);
create function rows_of() returns table (a int, b text) language sql as $$ select a, b from t $$;
