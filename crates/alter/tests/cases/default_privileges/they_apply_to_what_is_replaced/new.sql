create schema s;
alter default privileges in schema s grant select on tables to case_reader;
alter default privileges in schema s grant execute on functions to case_reader;
create view s.v as select 'x' as b;
create function s.f() returns text language sql as $$ select 'x' $$;
revoke all on function s.f() from case_reader, public;
