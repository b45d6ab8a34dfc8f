create table a (v int);
create table b () inherits (a);
create table c () inherits (b);
