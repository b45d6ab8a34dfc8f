create table t (a text collate "C" unique, b text collate "C");
