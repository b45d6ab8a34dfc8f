create type mood as enum ('ok');
create table people (mood mood);
