create foreign data wrapper files;
create server s foreign data wrapper files;
