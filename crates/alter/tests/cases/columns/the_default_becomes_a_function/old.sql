create table tickets (id int, code text default 'new');
