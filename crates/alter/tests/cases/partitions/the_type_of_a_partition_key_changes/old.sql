create table m (id int, v text) partition by range (id);
create table m_1 partition of m for values from (0) to (10);
create index m_v on m (v);
