create table accounts (id int, balance numeric, constraint not_in_debt check (balance >= 0));
create table business_accounts (limits numeric) inherits (accounts);
