create table items (id bigint primary key, code varchar(40), amount numeric(12,2));
create index on items (code);
