create table t (a int);
create view v as select a from t;
create function f() returns int language sql as 'select 1';
create type e as enum ('x');
create sequence q;
