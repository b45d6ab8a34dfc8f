create table a (id int, v text);
create table b () inherits (a);
