create table keys (id int primary key, other int);
