create table t (a int, b text);
create materialized view m as select a, b from t;
create unique index i on m (a desc) include (b) where a > 0;
create index on m (lower(b));
