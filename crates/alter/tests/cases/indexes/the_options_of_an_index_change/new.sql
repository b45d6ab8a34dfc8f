create table t (a int[]);
create index i on t using gin (a) with (gin_pending_list_limit = 64);
