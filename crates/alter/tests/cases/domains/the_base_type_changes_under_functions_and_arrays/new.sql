create domain code as text;
create function norm(c code) returns code immutable language sql as $$ select c $$;
create table t (a code, b code[], c code default norm('5'), check (norm(a) > '1'));
