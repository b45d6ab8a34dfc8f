create table t (a int);
alter table t owner to case_manager;
grant select on t to case_reader;
