create table sessions (token text primary key, data jsonb);
create index on sessions using gin (data);
