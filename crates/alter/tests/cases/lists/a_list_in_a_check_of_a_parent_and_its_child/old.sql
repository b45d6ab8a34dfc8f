create table a (s varchar(5), constraint known check (s in ('a', 'b')));
create table b () inherits (a);
