create foreign data wrapper files validator postgresql_fdw_validator;
create server s foreign data wrapper files options (host 'x');
