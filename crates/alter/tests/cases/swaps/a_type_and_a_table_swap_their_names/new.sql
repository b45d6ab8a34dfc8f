create type b as enum ('x');
create table a (v b);
