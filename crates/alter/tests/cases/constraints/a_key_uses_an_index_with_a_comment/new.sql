create table t (a int not null, b int);
alter table t add constraint t_key primary key (a) with (fillfactor = 70);
comment on index t_key is 'of the key';
comment on constraint t_key on t is 'the key';
