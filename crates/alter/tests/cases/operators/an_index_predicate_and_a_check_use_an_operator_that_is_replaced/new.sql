create function alike(a text, b text) returns boolean immutable language sql as $$ select lower(a) = lower(b) $$;
create operator === (leftarg = text, rightarg = text, function = alike);
create table t (a text constraint not_x check (not (a === 'x')));
create index t_a on t (a) where a === 'y';
