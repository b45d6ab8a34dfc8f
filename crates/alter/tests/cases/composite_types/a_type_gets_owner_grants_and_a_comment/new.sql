create type pair as (a int, b int);
alter type pair owner to case_manager;
revoke all on type pair from public;
grant usage on type pair to case_reader;
comment on type pair is 'two';
