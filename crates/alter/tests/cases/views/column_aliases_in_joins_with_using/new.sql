create table a (id int, x int);
create table b (id int, y int);
create view v (key, "Left", "right") as select * from a full join b using (id);
