create table t (id int, s varchar(10));
create view v as select id, s in ('a', 'b') as is_ab from t where s not in ('x', 'y');
create materialized view m as select id from t where s in ('a', 'b');
create rule r as on delete to t where old.s in ('a', 'b') do instead nothing;
