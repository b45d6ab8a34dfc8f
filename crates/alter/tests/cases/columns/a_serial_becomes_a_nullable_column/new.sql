create table t (s int);
