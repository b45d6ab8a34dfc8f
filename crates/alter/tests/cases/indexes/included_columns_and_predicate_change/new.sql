create table orders (id int, customer int, paid boolean, total numeric);
create index unpaid on orders (customer) include (total) where paid is not true and id > 0;
