create table m (id int, v text) partition by list (id);
create table m_1 partition of m for values in (1);
