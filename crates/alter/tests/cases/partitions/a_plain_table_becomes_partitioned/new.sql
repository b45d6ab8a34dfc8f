create table m (id int not null, at date not null) partition by range (at);
create table m_old partition of m default;
create index m_at on m (at);
