create table t (id int primary key, a int);
create publication p for table t (id, a);
