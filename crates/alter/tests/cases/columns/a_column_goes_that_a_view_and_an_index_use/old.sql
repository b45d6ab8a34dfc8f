create table staff (id int, name text, salary numeric);
create index staff_salary on staff (salary, name);
create view salaries as select name, salary from staff;
