create table a (id int primary key, v int);
create table b (id int primary key);
create publication news for table a (id) where (id > 10), b with (publish = 'insert, delete', publish_via_partition_root = true);
