create table t (a text);
create materialized view m1 as select a from t;
create materialized view m2 as select a from m1;
create unique index m2_a on m2 (a);
