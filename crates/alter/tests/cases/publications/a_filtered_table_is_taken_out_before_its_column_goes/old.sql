create table t (id int primary key, a int);
create publication p for table t where (a > 1);
