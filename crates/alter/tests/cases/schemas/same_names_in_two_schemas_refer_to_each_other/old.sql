create schema a; create schema b;
create table a.t (id int primary key);
create table b.t (id int primary key references a.t);
