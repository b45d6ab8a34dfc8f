create type state as enum ('new', 'old', 'gone');
create table t (id int, s state not null default 'new' check (s <> 'gone'), unique (id, s));
create function pick(x state) returns state language sql immutable as $$ select x $$;
create view v as select id, pick(s) as s from t where s = 'new';
create materialized view m as select s, count(*) from v group by s;
create policy p on t using (s = 'new');
create trigger tr before update on t for each row when (new.s = 'old') execute function suppress_redundant_updates_trigger();
