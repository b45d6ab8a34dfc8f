create foreign data wrapper nothing;
create server far version '2' foreign data wrapper nothing;
grant usage on foreign server far to case_reader;
grant usage on foreign data wrapper nothing to case_reader;
alter server far owner to case_owner;
