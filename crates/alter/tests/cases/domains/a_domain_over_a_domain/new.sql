create domain word as text check (value <> '');
create domain short_word as word check (length(value) < 10);
create table t (w short_word);
