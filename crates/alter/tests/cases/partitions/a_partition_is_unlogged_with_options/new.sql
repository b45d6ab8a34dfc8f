create table m (id int) partition by list (id);
create unlogged table m_1 partition of m for values in (1) with (fillfactor = 60);
