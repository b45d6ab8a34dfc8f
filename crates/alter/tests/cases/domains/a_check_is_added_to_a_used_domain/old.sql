create domain email as text;
create table users (mail email);
