create table m (id int, new_name text not null default 'n') partition by list (id);
create table m_1 partition of m for values in (1) partition by list (id);
create table m_1_1 partition of m_1 for values in (1);
