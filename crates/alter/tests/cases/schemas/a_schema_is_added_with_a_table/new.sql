create schema billing;
create table billing.invoices (id bigint primary key, total numeric(10,2) not null);
