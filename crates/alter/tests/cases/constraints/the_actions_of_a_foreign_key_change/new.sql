create table authors (id int primary key);
create table books (author int references authors on delete set null on update cascade);
