create foreign data wrapper nothing;
create server far version '1' foreign data wrapper nothing;
