create table orders (id int);
create table "Orders" (id text);
