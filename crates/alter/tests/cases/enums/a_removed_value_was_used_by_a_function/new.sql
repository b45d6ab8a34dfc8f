create type day as enum ('mo', 'tu');
create function next_day(d day) returns day language sql as $$ select 'tu'::day $$;
create table shops (closed day default next_day('mo'));
