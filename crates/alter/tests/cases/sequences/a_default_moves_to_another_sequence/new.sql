create sequence q1;
create sequence q2;
create table t (id int default nextval('q2') + nextval('q1'));
