create table m (id int not null, v int) partition by range (v);
create table m_1 partition of m for values from (0) to (10);
