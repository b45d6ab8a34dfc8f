create table o (id int primary key);
create table m (id int, o int) partition by list (id);
create table m_1 partition of m for values in (1);
alter table m_1 add constraint m_1_o foreign key (o) references o;
alter table m_1 enable row level security;
