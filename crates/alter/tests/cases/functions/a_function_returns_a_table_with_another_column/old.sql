create table t (a int, b text);
create function rows_of() returns table (a int) language sql as $$ select a from t $$;
