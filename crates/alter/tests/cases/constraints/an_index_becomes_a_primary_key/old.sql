create table t (id int not null, v text);
create unique index t_id on t (id);
