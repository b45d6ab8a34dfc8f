create type r as enum ('us', 'eu');
create table t (r r default 'us', v r[] check (v <> array['us']::r[])) partition by list (r);
create table t_eu partition of t for values in ('eu');
create table t_us partition of t for values in ('us');
