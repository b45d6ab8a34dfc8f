create domain percent as numeric check (value between 0 and 100);
create table t (p percent not null default 10, doubled numeric generated always as (p * 2) stored);
