create table m (id int primary key, v int) partition by range (id);
create table m_a partition of m for values from (0) to (10) partition by range (id);
create table m_a_1 partition of m_a for values from (0) to (5);
create view v as select id from m_a_1;
create index m_v on m (v);
