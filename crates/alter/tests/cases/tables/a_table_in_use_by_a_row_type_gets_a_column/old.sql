create table a (x int);
create table b (item a, items a[]);
