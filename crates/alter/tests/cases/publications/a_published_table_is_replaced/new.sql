create table a (id int, at date) partition by range (at);
create publication news for table a;
