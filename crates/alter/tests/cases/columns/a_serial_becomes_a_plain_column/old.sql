create table invoices (id serial primary key);
