create text search configuration mine (copy = simple);
create table t (a text);
create index t_a on t using gin (to_tsvector('public.mine', a));
