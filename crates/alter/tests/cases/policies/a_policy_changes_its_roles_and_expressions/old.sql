create table t (a int, owner name);
alter table t enable row level security;
create policy own on t to case_reader using (owner = current_user);
