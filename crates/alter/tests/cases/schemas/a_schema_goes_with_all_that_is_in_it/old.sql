create schema old_app;
create type old_app.e as enum ('a');
create table old_app.t (id serial, v old_app.e default 'a');
create function old_app.f(v old_app.e) returns int language sql as 'select 1';
create view old_app.v as select old_app.f(v) as x from old_app.t;
create extension citext schema old_app;
create table kept (id int, v old_app.e);
