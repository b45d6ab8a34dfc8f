create function tax(amount numeric) returns numeric immutable language sql as $$ select amount * 0.2 $$;
create table bills (net numeric);
create view gross as select net + tax(net) as total from bills;
