create table t (a int, constraint once unique (a));
