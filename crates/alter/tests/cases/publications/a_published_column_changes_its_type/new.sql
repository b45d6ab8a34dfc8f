create table t (id bigint primary key, a bigint);
create publication p for table t (id, a) where (id > 1);
