create table m (id int, s varchar(5), constraint known check (s in ('a', 'b'))) partition by list (id);
create table p (id int, s varchar(5), constraint known check (s in ('a', 'b')));
