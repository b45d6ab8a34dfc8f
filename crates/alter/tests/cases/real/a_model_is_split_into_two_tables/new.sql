create table users (id int primary key, login text unique);
create table addresses (user_id int primary key references users on delete cascade, street text, city text);
