create function is_code(value text, minimum int) returns boolean immutable language sql as $$ select value ~ '^[A-Z]+$' and length(value) >= minimum $$;
create table codes (code text constraint proper check (is_code(code, 2)));
