create table orders (id int, status varchar(20) check (status in ('open', 'closed')));
