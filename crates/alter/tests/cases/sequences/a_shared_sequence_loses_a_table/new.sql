create sequence a_id_seq;
create table b (id int default nextval('a_id_seq'));
