create table a (id int primary key) partition by list (id);
create table a_1 partition of a for values in (1);
create table b (id int, a int, constraint b_a foreign key (a) references a on update cascade) partition by list (id);
create table b_1 partition of b for values in (1);
