create table t (id int, s varchar(10));
create rule r as on insert to t do also update t set id = 1 where s in ('a', 'b');
