create table a (x int, y int, z int, unique (x, y));
create table b (x int, y int, foreign key (x, y) references a (x, y));
