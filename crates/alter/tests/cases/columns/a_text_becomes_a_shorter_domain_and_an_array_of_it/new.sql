create domain code as varchar(8) check (value <> '');
create table t (a code default 'x', b code[], c code not null);
