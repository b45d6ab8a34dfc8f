create type a as enum ('x', 'y');
create type b as enum ('x', 'y', 'z');
create table t (v b not null default 'x');
create view w as select v from t where v = 'y';
