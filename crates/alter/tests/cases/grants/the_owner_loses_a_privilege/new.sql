create table t (a int);
alter table t owner to case_manager;
revoke delete, truncate on t from case_manager;
