create function stats(variadic numbers int[], out low int, out high int) language sql as $$ select min(n), max(n) from unnest(numbers) n $$;
