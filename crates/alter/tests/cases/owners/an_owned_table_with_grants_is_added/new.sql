create table t (id int generated always as identity, s serial);
alter table t owner to case_manager;
grant select on t to case_reader;
