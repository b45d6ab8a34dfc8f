create table t (id int, active int not null default 1);
create index t_active on t (id) where active = 1;
