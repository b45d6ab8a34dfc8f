create domain word as varchar(10);
create table t (w word);
