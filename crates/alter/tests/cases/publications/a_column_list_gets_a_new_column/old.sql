create table t (id int primary key, a text);
create publication p for table t (id, a);
