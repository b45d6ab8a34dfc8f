create table sales (shop int, amount numeric);
create materialized view totals as select shop, sum(amount) as total from sales group by shop;
create unique index totals_shop on totals (shop);
create view best as select shop from totals order by total desc limit 1;
grant select on totals to case_reader;
