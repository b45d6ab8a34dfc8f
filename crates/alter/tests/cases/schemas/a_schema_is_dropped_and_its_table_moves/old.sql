create schema legacy;
create table legacy.customers (id int primary key);
