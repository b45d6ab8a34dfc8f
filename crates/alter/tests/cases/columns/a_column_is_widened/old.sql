create table items (id int primary key, code varchar(10), amount numeric(8,2));
create index on items (code);
