create foreign data wrapper nothing;
create server far foreign data wrapper nothing;
create foreign table there (a int) server far;
