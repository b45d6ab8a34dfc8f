create text search configuration mine (copy = german);
create table t (a text);
create index t_a on t using gin (to_tsvector('public.mine', a));
