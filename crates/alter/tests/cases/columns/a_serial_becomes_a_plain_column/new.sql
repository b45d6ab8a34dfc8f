create table invoices (id int primary key);
