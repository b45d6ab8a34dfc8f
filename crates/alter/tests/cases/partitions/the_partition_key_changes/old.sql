create table m (id int, at date) partition by range (at);
create table m_1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create view v as select id from m;
