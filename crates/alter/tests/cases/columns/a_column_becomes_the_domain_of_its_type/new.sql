create domain price as numeric(10,2) check (value >= 0);
create table t (cost price default 0);
