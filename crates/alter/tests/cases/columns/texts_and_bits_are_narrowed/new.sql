create table t (a varchar(8), b varchar(8), c char(4), d varchar(8)[], e varchar(8)[], f bit(4), g varbit(4), h bit(4), i varchar(3));
create index t_a on t (a);
