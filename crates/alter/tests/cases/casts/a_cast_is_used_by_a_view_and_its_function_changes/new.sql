create type c as (v int);
create function make_c(i int) returns c immutable language sql as $$ select row(i)::c $$;
create cast (int as c) with function make_c(int);
create view v as select 5::c as x;
