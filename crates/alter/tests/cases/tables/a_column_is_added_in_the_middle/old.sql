create table books (id int, title text);
