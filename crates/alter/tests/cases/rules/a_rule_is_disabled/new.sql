create table t (a int);
create rule keep as on delete to t do instead nothing;
alter table t disable rule keep;
