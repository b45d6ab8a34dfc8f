create schema s;
alter default privileges in schema s grant select on tables to case_reader;
alter default privileges in schema s grant execute on functions to case_reader;
create view s.v as select 1 as a;
create function s.f() returns int language sql as 'select 1';
revoke select on s.v from case_reader;
