create table switches (id int, state boolean not null default false);
