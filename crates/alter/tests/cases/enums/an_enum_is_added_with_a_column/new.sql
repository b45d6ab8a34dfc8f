create type color as enum ('red', 'green');
create table cars (id int, paint color not null default 'red');
