create table plans (id int primary key);
create table clients (id int primary key, plan int references plans);
