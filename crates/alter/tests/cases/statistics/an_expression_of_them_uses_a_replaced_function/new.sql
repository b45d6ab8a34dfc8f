create function f(v int) returns bigint immutable language sql as $$ select v::bigint $$;
create table t (a int, b int);
create statistics st on f(a), b from t;
