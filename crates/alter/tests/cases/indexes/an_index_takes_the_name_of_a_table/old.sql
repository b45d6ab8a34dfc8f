create table words (word text);
create table lookup (id int);
