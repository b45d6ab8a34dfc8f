create table m (id int, v text) partition by hash (id);
create table m_1 partition of m for values with (modulus 1, remainder 0);
grant select on m to case_reader;
comment on table m_1 is 'the first';
