create table t (a bigint, b int);
create view v as select a, b from t;
create view w as select a + b as total from v;
grant select on w to case_reader;
comment on view w is 'sums';
