create table invoices (id serial primary key, total numeric);
