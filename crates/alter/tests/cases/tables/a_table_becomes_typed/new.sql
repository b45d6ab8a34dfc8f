create type money_amount as (amount numeric, currency text);
create table payments of money_amount;
