create table invoices (id int generated always as identity primary key, total numeric);
