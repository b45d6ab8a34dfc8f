create table t (a int);
comment on table t is 'x';
comment on column t.a is 'y';
create function f() returns int language sql as 'select 1';
comment on function f() is 'z';
comment on schema public is 'mine';
