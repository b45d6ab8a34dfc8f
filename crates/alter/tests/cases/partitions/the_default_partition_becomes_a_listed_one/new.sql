create table m (id int, v text) partition by list (v);
create table m_a partition of m for values in ('a');
create table m_rest partition of m default;
