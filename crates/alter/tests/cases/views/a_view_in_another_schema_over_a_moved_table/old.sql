create schema a; create schema b;
create table a.t (id int, v text);
create view a.v as select id from a.t;
create view b.w as select id from a.v;
