create table t (id int, s varchar(10));
create trigger tr before update on t for each row when (new.s in ('a', 'b')) execute function suppress_redundant_updates_trigger();
