create schema extensions;
create extension citext schema extensions;
create table users (email extensions.citext);
