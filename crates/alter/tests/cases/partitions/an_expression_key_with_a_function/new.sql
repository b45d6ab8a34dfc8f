create function bucket(v text) returns int immutable language sql as $$ select length(v) % 3 $$;
create table m (v text collate "C") partition by list (bucket(v));
create table m_0 partition of m for values in (0);
