create type order_state as enum ('open', 'paid', 'shipped');
create table customers (id bigint generated always as identity primary key, email varchar(255) not null, name text not null default '', created_at timestamptz not null default now());
create unique index customers_email on customers (lower(email));
create table orders (id bigint generated always as identity primary key, customer bigint not null references customers on delete restrict, state order_state not null default 'open', total numeric(10,2) check (total >= 0));
create index orders_customer on orders (customer, state) where state <> 'shipped';
create view open_orders as select o.id, c.email, o.state from orders o join customers c on c.id = o.customer where o.state in ('open', 'paid');
