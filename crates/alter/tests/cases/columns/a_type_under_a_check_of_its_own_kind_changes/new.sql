create table t (a int check (a <> 0), b uuid default '00000000-0000-0000-0000-000000000000' check (b is not null));
