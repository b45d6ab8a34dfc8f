create table m (id int) partition by list (id);
create table m_1 partition of m for values in (1);
alter table m_1 enable row level security;
create policy p on m_1 using (id > 0);
alter table m_1 force row level security;
