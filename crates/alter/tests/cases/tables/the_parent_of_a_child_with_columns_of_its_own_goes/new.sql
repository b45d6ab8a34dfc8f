create table cars (id int, wheels int not null, doors int);
