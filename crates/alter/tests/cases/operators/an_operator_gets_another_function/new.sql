create function f2(a int, b int) returns int immutable language sql as $$ select b $$;
create operator |+| (leftarg = int, rightarg = int, function = f2, commutator = |+|);
comment on operator |+| (int, int) is 'the second';
