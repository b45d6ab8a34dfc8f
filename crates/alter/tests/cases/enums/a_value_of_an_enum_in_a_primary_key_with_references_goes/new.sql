create type r as enum ('a');
create table t (v r primary key);
create table u (v r references t on delete cascade);
