create table a (id int);
create table b (id int);
create sequence q;
alter sequence q owned by a.id;
