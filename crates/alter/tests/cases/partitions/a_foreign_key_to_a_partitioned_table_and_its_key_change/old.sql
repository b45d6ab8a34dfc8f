create table m (id int primary key) partition by hash (id);
create table m_0 partition of m for values with (modulus 1, remainder 0);
create table u (m int references m on delete cascade);
