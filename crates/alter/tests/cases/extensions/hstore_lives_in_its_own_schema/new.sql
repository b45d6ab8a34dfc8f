create schema extensions;
create extension hstore schema extensions;
create table bags (content extensions.hstore default ''::extensions.hstore);
create index on bags using gist (content);
