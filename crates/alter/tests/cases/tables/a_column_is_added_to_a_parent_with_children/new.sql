create table bodies (id int, mass float8 not null default 0);
create table planets (moons int) inherits (bodies);
create table gas_planets (rings boolean) inherits (planets);
