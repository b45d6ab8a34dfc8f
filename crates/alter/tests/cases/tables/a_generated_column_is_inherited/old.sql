create table a (x int);
create table b () inherits (a);
