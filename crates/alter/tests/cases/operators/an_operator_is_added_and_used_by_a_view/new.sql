create function near(a int, b int) returns boolean immutable language sql as $$ select abs(a - b) < 2 $$;
create operator ~~= (leftarg = int, rightarg = int, function = near, commutator = ~~=, restrict = eqsel);
create view v as select 1 operator(public.~~=) 2 as close;
