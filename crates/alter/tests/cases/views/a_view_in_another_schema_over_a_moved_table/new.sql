create schema a; create schema b;
create table b.t (id int, v text);
create view a.v as select id from b.t;
create view b.w as select id from a.v;
