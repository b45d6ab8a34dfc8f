create function watch() returns event_trigger language plpgsql as $$ begin null; end $$;
create event trigger watcher on ddl_command_end when tag in ('CREATE TABLE', 'DROP TABLE') execute function watch();
comment on event trigger watcher is 'watches';
