create sequence numbers;
create table counter (id int default nextval('numbers'));
