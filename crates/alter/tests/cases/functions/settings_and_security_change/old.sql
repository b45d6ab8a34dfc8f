create function secret() returns text language plpgsql as $$ begin return 'x'; end $$;
