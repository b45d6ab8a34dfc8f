create table log (v text);
create table t (a numeric, b int);
create policy p on t using (a > 0);
create trigger tr before update on t for each row when (new.a > 1) execute function suppress_redundant_updates_trigger();
create rule r as on delete to t where old.a > 2 do also insert into log values (old.a::text);
create materialized view m as select a from t;
