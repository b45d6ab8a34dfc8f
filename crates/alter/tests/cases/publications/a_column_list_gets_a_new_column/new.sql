create table t (id int primary key, a text, b text);
create publication p for table t (id, a, b) where (a <> '');
