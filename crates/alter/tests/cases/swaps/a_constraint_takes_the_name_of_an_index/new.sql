create table t (a int, b int, constraint t_once unique (b));
