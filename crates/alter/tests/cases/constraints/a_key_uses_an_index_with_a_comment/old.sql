create table t (a int not null, b int);
create unique index t_key on t (a);
comment on index t_key is 'an index';
