create type e as enum ('a', 'b');
create domain d as e default 'b' check (value <> 'b');
create table t (v e, is_b boolean generated always as (v = 'b') stored);
create trigger tr before update on t for each row when (new.v = 'b') execute function suppress_redundant_updates_trigger();
