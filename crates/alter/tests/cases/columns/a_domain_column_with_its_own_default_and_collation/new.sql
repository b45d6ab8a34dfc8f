create domain word as text default 'x';
create table t (a word default 'y' collate "C", b word not null);
