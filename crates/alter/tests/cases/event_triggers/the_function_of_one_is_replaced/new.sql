create schema s;
create function s.watch() returns event_trigger language plpgsql as $$ begin null; end $$;
create event trigger watcher on ddl_command_end execute function s.watch();
alter event trigger watcher enable replica;
