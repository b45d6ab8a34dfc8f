create schema s;
create sequence s.q;
create type s.e as enum ('x');
create domain s.d as int;
grant create on schema s to case_reader;
grant usage, update on sequence s.q to case_reader with grant option;
revoke usage on type s.e from public;
revoke usage on domain s.d from public;
