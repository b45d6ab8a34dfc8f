create table users (id int, name text);
create view users_data as select id, name from users;
