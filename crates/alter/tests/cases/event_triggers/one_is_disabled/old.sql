create function watch() returns event_trigger language plpgsql as $$ begin null; end $$;
create event trigger watcher on sql_drop execute function watch();
