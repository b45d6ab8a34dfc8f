create table t (s varchar(10));
create function f() returns bigint begin atomic select count(*) from t where s in ('a', 'b'); end;
