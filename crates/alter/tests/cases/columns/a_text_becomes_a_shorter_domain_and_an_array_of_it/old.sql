create domain code as varchar(8) check (value <> '');
create table t (a text default 'x', b text[], c varchar(40));
