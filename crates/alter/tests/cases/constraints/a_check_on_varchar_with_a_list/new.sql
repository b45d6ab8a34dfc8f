create table orders (id int, status varchar(20) not null default 'open' check (status in ('open', 'closed')));
