create table public.t (a integer, b character varying(3), c numeric(5,2), d timestamptz default current_timestamp, e boolean default true, f integer default 5);
create view public.v as select t.a, b, c, d, e, f from t where a >= 1 and a <= 2;
