create table a (id int primary key);
create table b (a int, constraint c foreign key (a) references a);
