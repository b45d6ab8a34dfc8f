create sequence numbers;
create table a (id int default nextval('numbers') not null);
create table b (id int default nextval('numbers') not null);
