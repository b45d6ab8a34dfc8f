create table t (a int);
create table m (a int);
create index m_a on m (a);
