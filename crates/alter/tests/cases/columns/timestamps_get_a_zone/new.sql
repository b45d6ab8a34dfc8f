create table meetings (id int, starts timestamptz not null default now(), ends timestamptz);
