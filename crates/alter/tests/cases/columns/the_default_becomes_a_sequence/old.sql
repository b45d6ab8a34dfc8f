create table receipts (no bigint not null);
