create sequence receipt_numbers start 1000;
create table receipts (no bigint not null default nextval('receipt_numbers'));
