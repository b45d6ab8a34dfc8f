create domain code as varchar(40);
create domain keys as bit(8);
create domain price as numeric(12,4);
create table t (a code default 'x', b code[], c keys, d price);
