create table t ("Group" text, "order" int);
create view v as with w as materialized (select "Group", sum("order") filter (where "order" > 1) as s from t group by grouping sets (("Group"), ())) select * from w;
