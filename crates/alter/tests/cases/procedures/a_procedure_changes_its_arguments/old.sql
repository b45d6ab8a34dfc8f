create procedure close_day(day date) language plpgsql as $$ begin commit; end $$;
grant execute on procedure close_day(date) to case_clerk;
