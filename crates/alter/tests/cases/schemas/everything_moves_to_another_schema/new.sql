create schema home;
create type home.state as enum ('on', 'off');
create table home.lamps (id serial primary key, state home.state default 'off');
create view home.lit as select id from home.lamps where state = 'on';
