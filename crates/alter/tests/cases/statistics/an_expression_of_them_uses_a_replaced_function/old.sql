create function f(v int) returns int immutable language sql as $$ select v $$;
create table t (a int, b int);
create statistics st on f(a), b from t;
