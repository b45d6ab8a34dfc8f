create foreign data wrapper nothing;
create server far foreign data wrapper nothing;
create foreign table there (a int, b text) server far;
create view v as select a from there;
