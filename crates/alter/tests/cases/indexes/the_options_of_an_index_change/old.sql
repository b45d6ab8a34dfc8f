create table t (a int[]);
create index i on t using gin (a) with (fastupdate = off);
