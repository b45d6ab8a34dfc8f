create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
create table a (x int); create trigger touch before update on a for each row execute function touch();
create table b (x int); create trigger touch before update on b for each row execute function touch();
