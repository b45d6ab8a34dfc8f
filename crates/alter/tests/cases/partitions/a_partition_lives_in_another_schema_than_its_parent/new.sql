create schema parts;
create table m (id int) partition by list (id);
create table parts.m_1 partition of m for values in (1);
create table parts."M 2" partition of m for values in (2, 3) partition by range (id);
create table parts.m_2_low partition of parts."M 2" for values from (minvalue) to (3);
