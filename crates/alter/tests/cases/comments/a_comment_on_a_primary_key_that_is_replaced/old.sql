create table t (a int, b int not null, constraint t_pk primary key (a));
comment on constraint t_pk on t is 'the key';
