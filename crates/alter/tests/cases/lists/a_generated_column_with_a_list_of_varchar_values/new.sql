create table t (id int, s varchar(10));
alter table t add is_ab boolean generated always as (s in ('a', 'b')) stored;
create index on t ((s in ('a', 'c')));
