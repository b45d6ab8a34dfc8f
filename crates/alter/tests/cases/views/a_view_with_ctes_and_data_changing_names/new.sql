create table t ("Group" text, "order" bigint);
create view v as with w as not materialized (select "Group", sum("order") filter (where "order" > 1) as s from t group by rollup ("Group")) select * from w;
