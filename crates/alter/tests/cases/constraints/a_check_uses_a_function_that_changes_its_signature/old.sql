create function is_code(value text) returns boolean immutable language sql as $$ select value ~ '^[A-Z]+$' $$;
create table codes (code text constraint proper check (is_code(code)));
