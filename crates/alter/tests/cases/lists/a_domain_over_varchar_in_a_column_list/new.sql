create domain word as varchar(10);
create table t (w word check (w in ('a', 'b')), x varchar(5)[] check (x <@ array['a', 'b']::varchar[]), y varchar check (y = any ('{a,b}')), z varchar check (lower(z) in ('a', 'b')));
