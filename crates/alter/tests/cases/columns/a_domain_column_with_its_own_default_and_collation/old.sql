create domain word as text default 'x';
create table t (a word, b text);
