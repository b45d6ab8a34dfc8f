create type e as enum ('a', 'Big One');
create table t (v e default 'Big One');
