create table t (a int);
alter table t owner to case_chief;
grant select on t to case_reader;
