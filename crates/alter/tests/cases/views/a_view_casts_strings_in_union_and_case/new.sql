create table t (a varchar(5), at date);
create view v as select a from t union all select case when at > '2020-01-01' then 'new' else 'old' end from t where a = any ('{x,y}') and a like 'z%';
