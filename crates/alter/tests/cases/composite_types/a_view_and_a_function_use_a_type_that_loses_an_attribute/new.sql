create type pair as (a int);
create function make() returns setof pair language sql as $$ select 1 $$;
create view v as select (m).a from make() m;
