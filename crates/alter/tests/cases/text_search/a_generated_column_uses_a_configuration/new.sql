create table docs (body text);
create text search configuration mine (copy = simple);
alter table docs add tokens tsvector generated always as (to_tsvector('public.mine', body)) stored;
create index on docs using gin (tokens);
