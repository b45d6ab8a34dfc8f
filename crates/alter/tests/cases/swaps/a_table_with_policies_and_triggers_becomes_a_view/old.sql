create table base (a int);
create table t (a int primary key);
create policy p on t using (a > 0);
create trigger tr before update on t for each row execute function suppress_redundant_updates_trigger();
grant select on t to case_reader;
comment on table t is 'x';
