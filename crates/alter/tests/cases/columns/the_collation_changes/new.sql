create table names (id int, name text collate "POSIX");
create index on names (name);
