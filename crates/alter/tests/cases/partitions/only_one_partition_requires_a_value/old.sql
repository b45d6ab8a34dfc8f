create table m (id int, v int) partition by list (id);
create table m_1 partition of m for values in (1);
create table m_2 partition of m for values in (2);
