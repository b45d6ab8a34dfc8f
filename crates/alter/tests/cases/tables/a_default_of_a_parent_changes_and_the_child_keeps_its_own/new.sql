create table a (id int default 2);
create table b () inherits (a);
alter table b alter id set default 9;
