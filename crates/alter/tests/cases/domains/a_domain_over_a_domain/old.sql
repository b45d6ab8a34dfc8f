create domain word as text check (value <> '');
create table t (w word);
