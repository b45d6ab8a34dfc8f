create sequence t_id_seq as integer;
create table t (status character varying(10) constraint t_status_check check (status = any (array['a', 'b']::varchar[])), id int not null default nextval('t_id_seq'));
alter sequence t_id_seq owned by t.id;
create index t_status_idx on t using btree (status) where status in ('a', 'b');
