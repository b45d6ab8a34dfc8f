create table t (a int);
create policy p on t for all using (a > 0);
