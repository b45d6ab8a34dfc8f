create type inner_type as (a int, b text collate "C");
create type outer_type as (i inner_type, l inner_type[]);
create table t (v outer_type[]);
