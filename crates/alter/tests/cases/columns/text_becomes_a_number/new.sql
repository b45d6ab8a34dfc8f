create table measures (id int, value integer default 0);
