create table m (at date not null, v int) partition by range (at);
create table m_2024 (at date not null, v int);
alter table m attach partition m_2024 for values from ('2024-01-01') to ('2025-01-01');
