create table m (s varchar(10)) partition by list ((s in ('a', 'b')));
create table m_1 partition of m for values in (true);
create table t (s varchar(10), b boolean default ('x'::varchar in ('x', 'y')));
