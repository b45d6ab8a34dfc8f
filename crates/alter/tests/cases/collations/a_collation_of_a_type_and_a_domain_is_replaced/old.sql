create collation c1 (provider = icu, locale = 'de');
create domain d as text collate c1;
