create table t (a int);
create view v1 as select a from t;
create function f() returns setof v1 begin atomic select a from v1; end;
create view v2 as select a from f();
