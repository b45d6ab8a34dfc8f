create table invoices (id integer generated always as identity (increment by 2) primary key, total numeric);
