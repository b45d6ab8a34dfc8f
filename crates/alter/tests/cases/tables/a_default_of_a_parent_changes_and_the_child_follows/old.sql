create table a (id int default 1);
create table b () inherits (a);
