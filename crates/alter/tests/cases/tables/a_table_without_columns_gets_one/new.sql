create table placeholders (id int);
