create table t (a int, c text);
create view v as select a, c from t;
create rule i as on insert to v do instead insert into t values (new.a, new.c) returning t.a, t.c;
create rule u as on update to v do instead (update t set c = new.c where a = old.a; notify changed);
create rule d as on delete to v do instead nothing;
grant insert on v to case_writer;
