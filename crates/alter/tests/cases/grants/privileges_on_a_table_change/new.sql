create table t (a int, b text);
grant select on t to case_reader with grant option;
grant update (b), select (a) on t to case_writer;
