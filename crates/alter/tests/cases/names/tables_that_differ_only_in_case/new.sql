create table orders (id text);
create table "Orders" (id int);
create table "ORDERS" ("ID" int, id int, "Id" int);
