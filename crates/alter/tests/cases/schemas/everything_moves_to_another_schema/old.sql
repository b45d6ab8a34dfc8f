create type state as enum ('on', 'off');
create table lamps (id serial primary key, state state default 'off');
create view lit as select id from lamps where state = 'on';
