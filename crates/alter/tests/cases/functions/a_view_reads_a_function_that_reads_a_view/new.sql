create table t (a int, b text);
create view v1 as select a, b from t;
create function f() returns setof v1 begin atomic select a, b from v1; end;
create view v2 as select a, b from f();
