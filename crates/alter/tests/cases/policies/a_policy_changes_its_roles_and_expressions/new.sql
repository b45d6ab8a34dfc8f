create table t (a int, owner name);
alter table t enable row level security;
create policy own on t to case_writer, public using (owner = session_user) with check (a > 0);
comment on policy own on t is 'one''s own';
