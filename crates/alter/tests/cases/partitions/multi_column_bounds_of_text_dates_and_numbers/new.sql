create table m (a text, b date, c numeric) partition by range (a, b, c);
create table m_1 partition of m for values from ('it''s', '2024-01-01', 1.5) to ('z', maxvalue, maxvalue);
create table m_2 partition of m for values from (minvalue, minvalue, minvalue) to ('a', '2020-02-02', -3);
