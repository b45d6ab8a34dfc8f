create table t (a int[], b text, c int, d point);
create index on t using gin (a) with (fastupdate = off, gin_pending_list_limit = 64);
create index on t using gist (d) with (buffering = on);
create index on t using hash (c) with (fillfactor = 50);
create index on t (b varchar_pattern_ops, c desc) with (deduplicate_items = off);
create index on t using brin (c int4_minmax_multi_ops (values_per_range = 16));
