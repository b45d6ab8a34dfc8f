create table t (a int, b int, check (t is not null), check (num_nonnulls(a, b) = 1));
