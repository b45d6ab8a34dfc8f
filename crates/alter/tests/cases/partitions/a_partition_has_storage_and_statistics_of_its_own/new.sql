create table m (id int, v text) partition by list (id);
create table m_1 partition of m for values in (1);
alter table m_1 alter v set statistics 300;
alter table m_1 alter v set storage external;
alter table m alter v set compression pglz;
comment on column m_1.v is 'of the first';
