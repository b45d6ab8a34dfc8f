create table sales (shop int, amount int);
create materialized view totals as select shop, sum(amount) as total from sales group by shop with no data;
create index totals_total on totals (total desc);
comment on materialized view totals is 'by shop';
