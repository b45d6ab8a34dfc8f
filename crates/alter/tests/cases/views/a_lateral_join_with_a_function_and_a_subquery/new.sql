create table a (id int, items int[]);
create view v as select a.id, u.item, u.position, s.n from a cross join lateral unnest(a.items) with ordinality as u (item, position), lateral (select count(*) as n from a b where b.id < a.id) s;
