create table lamps (state text default 'off' check (state in ('on', 'off')));
