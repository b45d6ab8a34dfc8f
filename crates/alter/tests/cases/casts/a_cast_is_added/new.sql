create type money2 as (cents int);
create function to_money2(v int) returns money2 immutable language sql as $$ select row(v)::money2 $$;
create cast (int as money2) with function to_money2(int) as assignment;
comment on cast (int as money2) is 'counts cents';
