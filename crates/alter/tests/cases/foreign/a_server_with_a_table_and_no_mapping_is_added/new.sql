create extension postgres_fdw;
create server archive foreign data wrapper postgres_fdw options (host 'archive.example', dbname 'old');
create foreign table old_orders (id int options (column_name 'ID') not null, note text) server archive options (schema_name 'public', table_name 'orders');
