create extension hstore;
create table t (a text, h hstore generated always as (hstore('a', a)) stored);
create index on t using gin (h);
create view v as select (each(h)).key from t;
