create type r as enum ('eu');
create table t (r r, v r[]) partition by list (r);
create table t_eu partition of t for values in ('eu');
