create type a as enum ('x');
create table b (v a);
