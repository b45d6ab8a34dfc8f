create table a (id int, at date);
create publication news for table a;
