create table meetings (id int, starts timestamp not null default now(), ends timestamp);
