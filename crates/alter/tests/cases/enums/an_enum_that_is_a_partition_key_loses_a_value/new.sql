create type region as enum ('eu', 'us');
create table sales (region region, amount numeric) partition by list (region);
create table sales_eu partition of sales for values in ('eu');
