create table posts (id int, tags text default 'none');
