create extension citext;
create domain email as citext check (value ~ '@');
create table users (mail email default 'a@b');
create function find_user(m email) returns setof users stable language sql as $$ select * from users where mail = m $$;
