create table a (id int primary key);
create publication news for table a;
