create procedure p(a text) language plpgsql security definer set lock_timeout = '1s' as $$ begin null; end $$;
create procedure p(a int, variadic b int[]) language sql begin atomic select 1; select 2; end;
comment on procedure p(text) is 'of text';
