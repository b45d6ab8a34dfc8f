create table sales (id int, shop int, amount numeric, label text);
alter table sales add constraint sales_key primary key (id);
create view totals as select id, label, sum(amount) as total from sales group by id;
