create foreign data wrapper w;
create server s foreign data wrapper w;
create foreign table f (v varchar(3) check (v in ('a', 'b'))) server s;
create table m (id int, v varchar(3), constraint v_known check (v in ('a', 'b'))) partition by list (id);
create table m_1 partition of m for values in (1);
create table p (v varchar(3), constraint p_known check (v in ('c', 'd')));
create table c (constraint w_known check (v in ('c', 'e'))) inherits (p);
