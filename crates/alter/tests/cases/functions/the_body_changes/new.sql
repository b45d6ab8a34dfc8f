create function one() returns int language sql stable parallel safe cost 10 as $$ select 2 - 1 $$;
