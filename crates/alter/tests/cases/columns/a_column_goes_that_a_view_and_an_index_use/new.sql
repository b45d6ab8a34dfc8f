create table staff (id int, name text);
create view salaries as select name from staff;
