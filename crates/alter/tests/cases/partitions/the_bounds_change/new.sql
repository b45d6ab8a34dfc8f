create table m (id int, v text) partition by list (v);
create table m_a partition of m for values in ('a');
create table m_c partition of m for values in ('b', 'c', null);
