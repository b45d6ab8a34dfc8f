create function watch() returns event_trigger language plpgsql as $$ begin null; end $$;
create event trigger watcher on ddl_command_start execute function watch();
