create table t (a text, k int) partition by list (k);
create table t1 partition of t for values in (1);
create unique index t1_a on t1 (a);
