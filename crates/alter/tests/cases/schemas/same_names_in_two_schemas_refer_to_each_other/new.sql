create schema a; create schema b;
create table b.t (id int primary key);
create table a.t (id int primary key references b.t);
