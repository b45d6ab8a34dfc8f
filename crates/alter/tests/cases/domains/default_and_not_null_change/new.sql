create domain quantity as int default 2;
