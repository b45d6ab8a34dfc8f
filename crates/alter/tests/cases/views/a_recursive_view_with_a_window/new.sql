create table parts (id int, parent int, cost numeric);
create recursive view tree (id, depth) as select id, 0 from parts where parent is null union all select p.id, t.depth + 1 from parts p join tree t on p.parent = t.id;
create view ranked as select id, rank() over w from parts window w as (partition by parent order by cost desc);
