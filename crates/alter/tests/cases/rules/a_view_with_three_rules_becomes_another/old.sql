create table t (a int, b text);
create view v as select a, b from t;
create rule i as on insert to v do instead insert into t values (new.a, new.b) returning t.a, t.b;
create rule u as on update to v do instead update t set b = new.b where a = old.a;
create rule d as on delete to v do instead delete from t where a = old.a;
grant insert on v to case_writer;
