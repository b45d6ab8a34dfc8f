create table a (id int) partition by list (id);
create table b (id int) partition by list (id);
create table part partition of a for values in (1);
