create table t (a int, b text);
create view v as select a::text as a, b from t;
grant select (a), update (b) on v to case_reader;
comment on column v.a is 'first';
