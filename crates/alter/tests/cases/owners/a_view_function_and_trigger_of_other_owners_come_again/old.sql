create table t (a int);
create function f(t) returns int language sql as 'select 1';
alter function f(t) owner to case_manager;
create view v as select f(t) as n from t;
alter view v owner to case_chief;
grant select on v to case_reader;
