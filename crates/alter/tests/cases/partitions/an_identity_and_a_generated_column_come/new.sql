create table m (id int generated always as identity, v int, w int generated always as (v * 2) stored) partition by range (v);
create table m_1 partition of m for values from (0) to (10);
