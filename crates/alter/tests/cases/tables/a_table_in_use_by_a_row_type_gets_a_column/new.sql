create table a (x int, y text);
create table b (item a, items a[]);
