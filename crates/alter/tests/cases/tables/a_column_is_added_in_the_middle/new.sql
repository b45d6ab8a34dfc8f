create table books (id int, isbn text not null default '', title text);
