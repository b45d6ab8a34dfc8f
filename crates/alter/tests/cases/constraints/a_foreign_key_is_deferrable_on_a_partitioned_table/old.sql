create table o (id int primary key);
create table m (id int, o int) partition by list (id);
create table m_1 partition of m for values in (1);
alter table m add constraint m_o foreign key (o) references o;
