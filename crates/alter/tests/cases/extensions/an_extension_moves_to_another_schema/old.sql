create schema extensions;
create extension citext;
create table users (email citext);
