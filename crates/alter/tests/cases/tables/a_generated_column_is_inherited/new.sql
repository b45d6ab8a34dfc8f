create table a (x int, y int generated always as (x + 1) stored);
create table b () inherits (a);
