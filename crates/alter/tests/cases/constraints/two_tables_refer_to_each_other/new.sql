create table departments (id int primary key, head int);
create table employees (id int primary key, department int references departments);
alter table departments add foreign key (head) references employees;
