create foreign data wrapper nothing;
create server far foreign data wrapper nothing;
create table orders (a int);
create view v as select a from orders;
