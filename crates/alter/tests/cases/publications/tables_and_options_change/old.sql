create table a (id int primary key, v int);
create table b (id int primary key);
create publication news for table a;
