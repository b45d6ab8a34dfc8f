create table t (a int, owner name);
create policy own on t as permissive for select using (a > 0);
