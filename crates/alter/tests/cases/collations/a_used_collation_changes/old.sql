create collation ci (provider = icu, locale = 'und');
create table names (name text collate ci);
create index on names (name);
