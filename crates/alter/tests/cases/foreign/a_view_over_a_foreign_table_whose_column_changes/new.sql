create foreign data wrapper nothing;
create server far foreign data wrapper nothing;
create foreign table there (a bigint, c text) server far;
create view v as select a from there;
