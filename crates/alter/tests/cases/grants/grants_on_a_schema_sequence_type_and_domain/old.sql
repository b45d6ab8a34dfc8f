create schema s;
create sequence s.q;
create type s.e as enum ('x');
create domain s.d as int;
grant usage on schema s to case_reader;
grant usage on type s.e to case_reader;
