create table base (a int);
create view t as select a from base;
create rule tr as on update to t do instead nothing;
grant select on t to case_reader;
comment on view t is 'x';
