create sequence q;
create type e as enum ('a', 'b');
create view v as select nextval('q') as n, array['a', 'b']::e[] as all_of_them, 'a'::e as one;
