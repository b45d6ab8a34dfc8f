create table orders (id int, status varchar(20) check (status in ('open', 'closed', 'void')), kind varchar);
alter table orders add constraint kinds check (kind not in ('x', 'y') or kind = any (array['z', 'v']));
