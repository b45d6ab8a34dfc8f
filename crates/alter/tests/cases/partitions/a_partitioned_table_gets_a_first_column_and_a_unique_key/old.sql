create table m (id int, v int) partition by hash (id);
create table m_0 partition of m for values with (modulus 1, remainder 0);
