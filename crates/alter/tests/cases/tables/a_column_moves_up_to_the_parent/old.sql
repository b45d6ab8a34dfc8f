create table a (id int);
create table b (v text) inherits (a);
