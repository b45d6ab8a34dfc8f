create table heaps (id int) using heap;
