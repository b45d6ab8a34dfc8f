create table t (a int);
create procedure act() language sql as 'select 1';
