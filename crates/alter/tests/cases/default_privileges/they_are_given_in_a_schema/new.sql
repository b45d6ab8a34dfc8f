create schema s;
alter default privileges in schema s grant select, insert on tables to case_reader with grant option;
alter default privileges in schema s grant usage on sequences to case_reader;
alter default privileges for role case_manager in schema s grant execute on functions to case_reader;
