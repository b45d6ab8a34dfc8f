create table m (id int, v int, w uuid not null default gen_random_uuid(), constraint m_once unique (id, w)) partition by hash (id);
create table m_0 partition of m for values with (modulus 1, remainder 0);
comment on constraint m_once on m is 'once';
