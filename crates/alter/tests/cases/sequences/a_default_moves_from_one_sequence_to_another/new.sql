create sequence q2 start 5;
create table t (id int default nextval('q2'));
