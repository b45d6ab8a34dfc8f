create table t (a int, owner name);
create policy own on t as restrictive for insert with check (a > 0);
