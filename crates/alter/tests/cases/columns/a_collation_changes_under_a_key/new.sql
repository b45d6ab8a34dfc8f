create table t (a text collate "POSIX" unique, b text collate "POSIX");
