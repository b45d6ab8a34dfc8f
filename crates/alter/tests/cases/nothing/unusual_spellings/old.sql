create table t (a int4, b varchar(3), c decimal(5,2), d timestamp with time zone default current_timestamp, e bool default 't', f int default '5');
create view v as select * from t where a between 1 and 2;
