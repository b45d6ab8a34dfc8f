create table t (a bigint);
create function biggest() returns bigint begin atomic select max(a)::bigint from t; end;
