create table owners (id int primary key);
create table m (id int, at date, owner int references owners on delete cascade, primary key (id, at)) partition by range (at);
create table m_2024 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table uses (m_id int, m_at date, foreign key (m_id, m_at) references m);
