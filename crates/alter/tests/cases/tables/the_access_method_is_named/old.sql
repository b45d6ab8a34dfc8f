create table heaps (id int);
