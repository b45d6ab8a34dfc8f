create table vehicles (id int, wheels int not null default 4);
create table cars (id int, wheels int not null default 4, doors int) inherits (vehicles);
