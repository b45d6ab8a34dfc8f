create table orders (id int, status varchar(20));
