create foreign data wrapper nothing;
create server far foreign data wrapper nothing options (port '2', name 'it''s');
create foreign table there (a int options (y '2')) server far options (path 'q');
