create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create table names (name text collate ci);
create index on names (name);
