create table vehicles (id int, wheels int not null);
create table cars (doors int) inherits (vehicles);
