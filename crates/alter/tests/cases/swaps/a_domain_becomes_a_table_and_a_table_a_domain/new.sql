create domain b as int;
create table a (v b);
