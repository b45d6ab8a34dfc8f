create domain price as numeric(10,2) check (value >= 0);
create table t (cost numeric(10,2) default 0);
