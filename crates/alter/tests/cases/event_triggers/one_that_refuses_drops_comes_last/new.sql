create function no() returns event_trigger language plpgsql as $$ begin raise exception 'no'; end $$;
create event trigger no_drops on sql_drop execute function no();
