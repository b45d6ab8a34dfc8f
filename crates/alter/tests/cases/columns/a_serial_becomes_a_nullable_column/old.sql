create table t (s serial);
