create table t (a int, owner name);
