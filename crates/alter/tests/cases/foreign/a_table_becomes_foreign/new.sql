create foreign data wrapper nothing;
create server far foreign data wrapper nothing;
create foreign table orders (a int) server far;
create view v as select a from orders;
