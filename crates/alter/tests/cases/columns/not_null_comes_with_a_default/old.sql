create table tasks (id int, done boolean);
