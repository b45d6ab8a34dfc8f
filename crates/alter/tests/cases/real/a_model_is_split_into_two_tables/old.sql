create table users (id int primary key, login text unique, street text, city text);
create view addresses as select id, street, city from users;
