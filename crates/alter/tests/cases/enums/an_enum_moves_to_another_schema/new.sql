create schema s;
create type s.state as enum ('a', 'b');
create table t (v s.state default 'a');
