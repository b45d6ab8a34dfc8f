create extension citext;
create table users (email citext not null unique);
create index on users (email citext_pattern_ops);
