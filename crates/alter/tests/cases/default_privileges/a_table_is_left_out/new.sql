alter default privileges grant select on tables to case_reader;
create table secret (a int);
revoke all on secret from case_reader;
