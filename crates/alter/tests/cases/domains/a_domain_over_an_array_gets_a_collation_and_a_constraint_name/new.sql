create domain tags as text[] default '{}' constraint few check (cardinality(value) < 10) constraint no_nulls check (array_position(value, null) is null);
comment on constraint few on domain tags is 'few';
