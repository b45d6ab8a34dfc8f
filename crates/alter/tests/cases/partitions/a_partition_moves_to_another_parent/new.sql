create table a (id int) partition by list (id);
create table b (id int) partition by list (id);
create table part partition of b for values in (1);
