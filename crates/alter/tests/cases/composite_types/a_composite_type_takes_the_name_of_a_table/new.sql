create type point2 as (x int, y int);
create table points (p point2);
