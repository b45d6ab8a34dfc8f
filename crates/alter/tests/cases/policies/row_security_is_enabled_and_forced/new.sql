create table t (a int, owner name);
alter table t enable row level security;
alter table t force row level security;
create policy own on t for select to case_reader, case_writer using (owner = current_user);
