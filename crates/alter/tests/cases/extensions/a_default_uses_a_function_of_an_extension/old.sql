create table things (id text default 'x');
