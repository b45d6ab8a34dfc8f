create table t (r int4range, s varchar(10));
