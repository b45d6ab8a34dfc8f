create schema ext;
create extension pg_trgm schema ext;
create table words (w text);
create index words_w on words using gist (w ext.gist_trgm_ops (siglen = 32));
