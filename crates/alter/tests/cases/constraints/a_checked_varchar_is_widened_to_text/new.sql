create table orders (id int, status text check (status in ('open', 'closed')));
