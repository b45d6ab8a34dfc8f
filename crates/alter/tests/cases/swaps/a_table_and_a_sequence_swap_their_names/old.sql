create table numbers (id int);
create sequence counter;
