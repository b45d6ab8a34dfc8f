create function clean(v text) returns text immutable language sql as $$ select trim(v) $$;
create table t (a text default clean(' x '), b text check (clean(b) = b), c text generated always as (clean('c')) stored);
create index t_clean on t (clean(a));
create view v as select clean(a) as a from t;
create policy p on t using (clean(a) <> '');
