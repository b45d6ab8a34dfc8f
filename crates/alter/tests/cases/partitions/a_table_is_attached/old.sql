create table m (at date not null, v int) partition by range (at);
create table m_2024 (at date not null, v int);
