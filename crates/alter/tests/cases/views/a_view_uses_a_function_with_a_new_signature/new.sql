create function tax(amount numeric, rate numeric default 0.2) returns numeric immutable language sql as $$ select amount * rate $$;
create table bills (net numeric);
create view gross as select net + tax(net) as total from bills;
