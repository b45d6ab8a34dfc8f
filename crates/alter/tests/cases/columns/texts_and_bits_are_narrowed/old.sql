create table t (a varchar(40), b text, c char(20), d varchar(40)[], e text[], f bit(8), g varbit(8), h bit varying, i int);
create index t_a on t (a);
