create table ages (age int);
alter table ages add constraint adult check (age >= 18);
