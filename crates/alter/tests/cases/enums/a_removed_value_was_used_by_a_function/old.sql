create type day as enum ('mo', 'tu', 'we');
create function next_day(d day) returns day language sql as $$ select 'mo'::day $$;
create table shops (closed day default next_day('mo'));
