create table a (v int, constraint c check (v > 1));
create table b () inherits (a);
