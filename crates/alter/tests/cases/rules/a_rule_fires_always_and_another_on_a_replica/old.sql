create table t (a int);
create rule r1 as on delete to t do instead nothing;
create rule r2 as on update to t do also notify x;
