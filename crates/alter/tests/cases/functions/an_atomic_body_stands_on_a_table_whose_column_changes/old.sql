create table t (a int);
create function biggest() returns bigint begin atomic select max(a)::bigint from t; end;
