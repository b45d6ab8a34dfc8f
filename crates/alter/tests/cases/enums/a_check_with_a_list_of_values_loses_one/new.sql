create type e as enum ('a', 'b');
create table t (v e default 'a' check (v in ('a', 'b')), w e[] check (w <> '{}'));
