create table t (a int, b int not null default 1, c int generated always as identity);
