create table m (id int, at date) partition by range (id, at);
create table m_1 partition of m for values from (0, minvalue) to (10, maxvalue);
create view v as select id from m;
