create domain code as varchar(8);
create domain keys as bit(4);
create domain price as numeric(12,2);
create table t (a code default 'x', b code[], c keys, d price);
