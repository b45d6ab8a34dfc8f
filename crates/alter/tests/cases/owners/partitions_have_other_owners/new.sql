create table m (id int primary key) partition by list (id);
create table m_1 partition of m for values in (1);
alter table m owner to case_manager;
alter table m_1 owner to case_chief;
grant select on m_1 to case_reader;
