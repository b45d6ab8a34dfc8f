create table a (id int default 2);
create table b () inherits (a);
