create schema s;
create type s.e as enum ('a');
create table t (id int, v s.e, primary key (id));
