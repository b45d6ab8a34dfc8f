create table tasks (id int, done boolean not null default false);
