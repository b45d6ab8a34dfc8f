create table m (at date not null, v int) partition by range (at);
create table m_2024 partition of m for values from ('2024-01-01') to ('2025-01-01');
create index m_v on m (v) include (at);
create index only_here on m_2024 (v desc);
comment on index m_2024_v_at_idx is 'of the year';
