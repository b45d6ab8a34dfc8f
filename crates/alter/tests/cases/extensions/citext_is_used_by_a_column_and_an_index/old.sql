create table users (email text not null unique);
