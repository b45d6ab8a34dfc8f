create table m (id int, part int, primary key (id, part)) partition by hash (id);
create table m_0 partition of m for values with (modulus 1, remainder 0);
create table u (m int, part int, foreign key (m, part) references m on delete set null);
