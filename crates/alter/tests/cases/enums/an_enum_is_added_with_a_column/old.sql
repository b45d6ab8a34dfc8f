create table cars (id int);
