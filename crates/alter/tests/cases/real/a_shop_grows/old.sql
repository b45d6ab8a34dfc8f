create type order_state as enum ('open', 'paid');
create table customers (id serial primary key, email varchar(100) unique, name text);
create table orders (id serial primary key, customer int references customers, state order_state default 'open', total numeric(8,2));
create index orders_customer on orders (customer);
create view open_orders as select o.id, c.email from orders o join customers c on c.id = o.customer where o.state = 'open';
