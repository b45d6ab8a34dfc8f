create table nodes (id int primary key);
