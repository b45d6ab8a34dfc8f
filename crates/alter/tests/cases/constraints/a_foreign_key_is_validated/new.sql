create table authors (id int primary key);
create table books (author int);
alter table books add constraint by_author foreign key (author) references authors;
