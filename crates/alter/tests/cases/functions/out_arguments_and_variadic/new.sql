create function stats(variadic numbers int[], out low int, out high int, out mean numeric) language sql as $$ select min(n), max(n), avg(n) from unnest(numbers) n $$;
