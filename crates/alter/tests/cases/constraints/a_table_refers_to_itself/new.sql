create table nodes (id int primary key, parent int references nodes on delete cascade);
