create table a (x int, z int, unique (x, z));
create table b (x int, z int, foreign key (x, z) references a (x, z));
