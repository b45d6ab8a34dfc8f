create table t (a int);
grant select, insert, update, delete, truncate, references, trigger on t to public;
