create table clients (id int primary key, plan int);
