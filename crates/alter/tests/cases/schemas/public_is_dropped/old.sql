create table public.notes (id int);
