create table t (a int, b text);
grant select, insert on t to case_reader;
grant all on t to case_writer;
