create table two (id int primary key, v text);
create table one (id int primary key references two);
