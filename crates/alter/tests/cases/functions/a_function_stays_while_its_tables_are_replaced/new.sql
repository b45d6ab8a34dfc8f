create table t (id int, at date) partition by list (id);
create function all_of() returns setof t stable language sql as $$ select * from t $$;
create view v as select id from all_of();
