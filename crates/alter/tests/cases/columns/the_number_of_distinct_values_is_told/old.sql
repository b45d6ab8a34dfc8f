create table visits (id int, page text);
