create table t (a int, b int);
create index t_b on t (b);
grant select (b) on t to case_reader;
comment on column t.b is 'twice a';
