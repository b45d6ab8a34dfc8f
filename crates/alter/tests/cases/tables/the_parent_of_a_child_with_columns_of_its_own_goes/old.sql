create table vehicles (id int, wheels int not null);
create table cars (id int, wheels int not null, doors int) inherits (vehicles);
