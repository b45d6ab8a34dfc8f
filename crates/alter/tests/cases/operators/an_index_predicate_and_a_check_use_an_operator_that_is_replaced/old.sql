create function same(a text, b text) returns boolean immutable language sql as $$ select a = b $$;
create operator === (leftarg = text, rightarg = text, function = same);
create table t (a text constraint not_x check (not (a === 'x')));
create index t_a on t (a) where a === 'y';
