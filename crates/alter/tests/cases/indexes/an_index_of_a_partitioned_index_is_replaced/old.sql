create table m (id int, v text) partition by list (id);
create table m_1 partition of m for values in (1) partition by list (id);
create table m_1_1 partition of m_1 for values in (1);
create index m_v on m (v);
