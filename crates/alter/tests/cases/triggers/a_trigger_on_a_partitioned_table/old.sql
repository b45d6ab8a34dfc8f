create function note() returns trigger language plpgsql as $$ begin return new; end $$;
create table t (a int) partition by range (a);
create table t_1 partition of t for values from (0) to (10);
