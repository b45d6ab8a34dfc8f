create table text (id int, "text" text);
