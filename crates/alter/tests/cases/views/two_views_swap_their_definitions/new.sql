create table t (a int, b text);
create view w as select a from t;
create view v as select w.a, t.b from w, t;
