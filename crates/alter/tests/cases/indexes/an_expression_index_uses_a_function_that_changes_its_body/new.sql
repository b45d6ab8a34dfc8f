create function plain(value text) returns text immutable language sql as $$ select lower(trim(value)) $$;
create table words (word text);
create index words_plain on words (plain(word));
