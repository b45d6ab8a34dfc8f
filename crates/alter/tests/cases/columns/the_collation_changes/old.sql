create table names (id int, name text collate "C");
create index on names (name);
