create table t (a int, b int);
create statistics st on a, b from t;
create collation german (provider = icu, locale = 'de');
create text search configuration simple_english (copy = english);
create foreign data wrapper nothing;
create server far foreign data wrapper nothing;
create publication news for table t;
