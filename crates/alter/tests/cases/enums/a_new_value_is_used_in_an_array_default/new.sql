create type e as enum ('a', 'b');
create table t (v e[] default '{a,b}');
