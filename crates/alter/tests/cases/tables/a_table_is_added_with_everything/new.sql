create table orders (
  id bigint generated always as identity primary key,
  number text not null unique,
  quantity int not null default 1 check (quantity > 0),
  price numeric(8,2),
  total numeric generated always as (quantity * price) stored
);
create index on orders (price) where price is not null;
comment on table orders is 'what was ordered';
