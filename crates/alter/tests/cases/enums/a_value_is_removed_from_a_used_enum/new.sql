create type state as enum ('draft', 'done');
create table papers (id int, state state not null default 'draft');
create index papers_state on papers (state) where state = 'draft';
