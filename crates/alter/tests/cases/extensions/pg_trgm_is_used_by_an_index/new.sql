create table words (word text);
create extension pg_trgm;
create index words_word on words using gin (word gin_trgm_ops);
