create table switches (id int, state timestamptz not null default '2020-01-01 00:00:00+00');
