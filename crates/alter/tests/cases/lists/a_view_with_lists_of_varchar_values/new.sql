create table t (id int, s varchar(10));
create view v as select id, s in ('a', 'b') as is_ab from t where s not in ('x', 'y');
create view w as select id from v where is_ab and id in (select id from t where s in ('q', 'r'));
