create domain a as int;
create table b (v a);
