create table t (a int);
create policy p on t for all using (a > 0) with check (a > 1);
