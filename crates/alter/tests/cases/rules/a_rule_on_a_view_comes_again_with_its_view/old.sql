create table t (a int, b int);
create view v as select a, b from t;
create rule v_insert as on insert to v do instead insert into t (a, b) values (new.a, new.b);
