create function secret() returns text language plpgsql security definer set search_path = pg_catalog, "My Schema" set work_mem = '8MB' as $$ begin return 'y'; end $$;
