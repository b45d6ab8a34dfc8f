create table users (email text unique);
create view mails as select email from users where email = 'x';
