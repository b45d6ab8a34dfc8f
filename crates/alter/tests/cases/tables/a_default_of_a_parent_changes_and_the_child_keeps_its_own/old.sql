create table a (id int default 1);
create table b () inherits (a);
alter table b alter id set default 9;
