create table parts (id int, parent int, cost numeric);
