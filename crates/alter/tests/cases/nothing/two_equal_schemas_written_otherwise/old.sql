create table t (id serial, status varchar(10), check (status in ('a', 'b')));
create index on t (status) where status in ('a', 'b');
