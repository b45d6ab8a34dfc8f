create type day as enum ('mo', 'tu');
create table shops (open day[] not null default array['mo', 'tu']::day[]);
