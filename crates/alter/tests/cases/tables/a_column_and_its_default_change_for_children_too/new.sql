create table a (d int default 5);
create table a1 () inherits (a);
