create table t (r int4range, s varchar(10));
alter table t add constraint e exclude using gist (r with &&) where (s in ('a', 'b'));
