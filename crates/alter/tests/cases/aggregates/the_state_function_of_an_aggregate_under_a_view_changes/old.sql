create function step(s int, v int) returns int immutable language sql as $$ select s + v $$;
create aggregate sum_up(int) (sfunc = step, stype = int, initcond = '0');
create table t (a int);
create view v as select sum_up(a) as s from t;
