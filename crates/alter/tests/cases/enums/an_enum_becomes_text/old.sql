create type state as enum ('on', 'off');
create table lamps (state state default 'off');
