create table a (id int primary key, next int);
create table b (id int primary key, next int references a);
create table c (id int primary key, next int references b);
alter table a add foreign key (next) references c;
