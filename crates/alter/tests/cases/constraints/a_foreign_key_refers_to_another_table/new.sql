create table cats (id int primary key);
create table dogs (id int primary key);
create table toys (animal int, constraint toys_animal foreign key (animal) references dogs);
