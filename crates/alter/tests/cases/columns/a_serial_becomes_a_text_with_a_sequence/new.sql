create sequence t_id_seq as integer;
create table t (id text default 'T' || nextval('t_id_seq') primary key);
alter sequence t_id_seq owned by t.id;
