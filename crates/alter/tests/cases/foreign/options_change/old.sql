create foreign data wrapper nothing;
create server far foreign data wrapper nothing options (host 'a', port '1');
create foreign table there (a int options (x '1')) server far options (path 'p', mode 'm');
