create schema s;
alter default privileges in schema s grant select on tables to case_reader;
alter default privileges grant usage on schemas to case_reader;
