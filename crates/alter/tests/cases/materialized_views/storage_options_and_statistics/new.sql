create table t (a int, b text);
create materialized view m with (fillfactor = 50) as select a, b from t;
alter materialized view m alter column b set statistics 77;
alter materialized view m alter column b set storage external;
