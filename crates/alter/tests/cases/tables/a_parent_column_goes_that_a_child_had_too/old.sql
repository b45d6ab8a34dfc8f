create table a (id int, v text);
create table b (w int) inherits (a);
create index b_v on b (v);
