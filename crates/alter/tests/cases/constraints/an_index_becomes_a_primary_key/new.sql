create table t (id int, v text);
create unique index t_id on t (id);
alter table t add primary key using index t_id;
