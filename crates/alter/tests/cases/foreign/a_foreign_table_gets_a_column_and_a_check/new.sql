create foreign data wrapper nothing;
create server far foreign data wrapper nothing;
create foreign table there (a bigint not null default 1, b text) server far;
alter foreign table there add constraint positive check (a > 0);
