create function pick(a anyelement, b anyelement) returns anyelement language sql immutable as $$ select a $$;
create view v as select pick(1, 2) as p;
