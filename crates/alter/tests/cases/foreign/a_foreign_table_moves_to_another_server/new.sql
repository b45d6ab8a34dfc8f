create foreign data wrapper nothing;
create server far foreign data wrapper nothing;
create server farther foreign data wrapper nothing;
create foreign table there (a int) server farther;
comment on foreign table there is 'there';
