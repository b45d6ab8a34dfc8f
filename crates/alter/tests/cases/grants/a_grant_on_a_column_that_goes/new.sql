create table t (a int);
grant select (a) on t to case_reader;
