create function next_code() returns text language sql as $$ select 'T-' || floor(random() * 1000)::text $$;
create table tickets (id int, code text default next_code());
