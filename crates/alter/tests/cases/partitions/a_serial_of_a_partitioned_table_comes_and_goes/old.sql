create table a (d int, s text) partition by list (s);
create table a1 partition of a for values in ('x');
