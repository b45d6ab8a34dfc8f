create table orders (status varchar(20) check (status in ('a', 'b')), code char(2) check (code in ('x', 'y')));
create index open_orders on orders (status) where status in ('a', 'b');
create view listed as select status from orders where status in ('a', 'b');
