create table posts (id int, tags text[] not null default '{}');
