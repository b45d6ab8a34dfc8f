create domain quantity as int default 1 not null;
