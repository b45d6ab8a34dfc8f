create table users_data (id int, name text);
create view users as select id, name from users_data;
