create table logs (id int primary key, at timestamptz);
create index logs_at on logs (at);
