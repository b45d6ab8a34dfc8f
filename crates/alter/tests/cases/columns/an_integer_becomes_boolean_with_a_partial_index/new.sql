create table t (id int, active boolean not null default true);
create index t_active on t (id) where active;
