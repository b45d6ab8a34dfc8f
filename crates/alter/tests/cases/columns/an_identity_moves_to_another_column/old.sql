create table t (a int generated always as identity, b int not null);
