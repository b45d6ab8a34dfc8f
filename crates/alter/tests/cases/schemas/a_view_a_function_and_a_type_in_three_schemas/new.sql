create schema a; create schema b; create schema c;
create type c.state as enum ('on', 'off');
create table a.t (id int, state c.state default 'on');
create function c.is_on(s c.state) returns boolean immutable language sql as $$ select s = 'on' $$;
create view b.v as select id, c.is_on(state) as is_on from a.t;
