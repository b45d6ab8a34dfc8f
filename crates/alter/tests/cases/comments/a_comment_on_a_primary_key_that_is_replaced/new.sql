create table t (a int not null, b int, constraint t_pk primary key (b));
comment on constraint t_pk on t is 'the key';
