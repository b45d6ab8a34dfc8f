create table users (id int primary key);
create table roles (user_id int references users, role text, primary key (user_id, role));
