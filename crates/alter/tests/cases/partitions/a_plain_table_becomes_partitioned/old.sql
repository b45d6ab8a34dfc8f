create table m (id int not null, at date not null);
create index m_at on m (at);
