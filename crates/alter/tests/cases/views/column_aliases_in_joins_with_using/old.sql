create table a (id int, x int);
create table b (id int, y int);
create view v as select * from a join b using (id);
