create schema s;
create table s.t (id int primary key);
create publication news for tables in schema s;
