create table limits (low int);
create function low_limit() returns int language sql as $$ select min(low) from limits $$;
create table t (a int check (a > low_limit()));
