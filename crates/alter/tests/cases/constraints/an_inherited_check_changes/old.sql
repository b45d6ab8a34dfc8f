create table a (v int, constraint c check (v > 0));
create table b () inherits (a);
