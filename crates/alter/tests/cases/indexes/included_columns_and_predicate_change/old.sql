create table orders (id int, customer int, paid boolean, total numeric);
create index unpaid on orders (customer) where not paid;
