create table users (id int, email text);
create unique index users_email on users (lower(email));
