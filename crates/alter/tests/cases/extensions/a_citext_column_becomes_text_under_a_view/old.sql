create extension citext;
create table users (email citext unique);
create view mails as select email from users where email = 'x';
