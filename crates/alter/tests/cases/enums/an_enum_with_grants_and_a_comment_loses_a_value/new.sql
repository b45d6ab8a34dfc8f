create type r as enum ('a');
alter type r owner to case_manager;
grant usage on type r to case_reader with grant option;
revoke usage on type r from public;
comment on type r is 'letters';
create table t (v r);
