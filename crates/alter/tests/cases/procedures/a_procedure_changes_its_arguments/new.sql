create procedure close_day(day date, inout closed int default 0) language plpgsql as $$ begin closed := 1; commit; end $$;
grant execute on procedure close_day(date, int) to case_clerk;
