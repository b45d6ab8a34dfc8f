create schema s;
create type state as enum ('a', 'b');
create table t (v state default 'a');
