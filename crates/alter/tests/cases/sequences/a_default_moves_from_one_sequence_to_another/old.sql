create sequence q1;
create table t (id int default nextval('q1'));
