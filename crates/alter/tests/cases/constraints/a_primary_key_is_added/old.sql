create table keys (id int, other int);
