create table a (v text);
create table b (w int) inherits (a);
create view over_b as select v, w from b;
create index b_v on b (v);
