create table a (id int);
create table b (w int) inherits (a);
