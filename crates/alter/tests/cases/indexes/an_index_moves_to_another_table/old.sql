create table first (id int);
create table second (id int);
create index ids on first (id);
