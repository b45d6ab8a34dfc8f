create type e as enum ('a', 'b', 'c');
create table t (v e default 'a' check (v in ('a', 'b', 'c')), w e[] check (w <> '{}'));
