create table t (id int, owner name);
create function owns(i int) returns boolean stable begin atomic select exists (select from t where id = i and owner = current_user); end;
create policy p on t for update using (owns(id)) with check (owns(id));
alter table t enable row level security;
