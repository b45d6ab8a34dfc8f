create table t (a int, b int);
create unique index t_once on t (a);
