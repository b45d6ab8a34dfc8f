create table a (v bigint not null default 7);
create table b () inherits (a);
create table c () inherits (b);
