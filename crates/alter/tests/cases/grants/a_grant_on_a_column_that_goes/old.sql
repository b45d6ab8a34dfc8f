create table t (a int, b text);
grant select (a, b), update (b) on t to case_reader;
