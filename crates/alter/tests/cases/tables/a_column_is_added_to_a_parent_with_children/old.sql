create table bodies (id int);
create table planets (moons int) inherits (bodies);
create table gas_planets (rings boolean) inherits (planets);
