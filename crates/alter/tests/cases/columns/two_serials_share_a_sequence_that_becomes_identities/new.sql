create table a (id int generated always as identity);
create table b (id int generated always as identity);
