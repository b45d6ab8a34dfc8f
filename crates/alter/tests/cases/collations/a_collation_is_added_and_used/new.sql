create table names (name text);
create collation german (provider = icu, locale = 'de-u-co-phonebk');
alter table names add sorted text collate german;
create index on names (name collate german);
