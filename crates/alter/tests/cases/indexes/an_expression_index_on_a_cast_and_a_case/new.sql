create table t (a text, b jsonb, at timestamptz);
create index on t ((b ->> 'name'), (coalesce(a, 'x')) desc, ((at at time zone 'UTC')::date));
create index on t ((case when a in ('x', 'y') then 1 else 0 end)) where (b -> 'k') is not null;
