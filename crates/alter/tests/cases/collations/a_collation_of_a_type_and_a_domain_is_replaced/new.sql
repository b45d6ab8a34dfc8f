create collation c1 (provider = icu, locale = 'fr');
create domain d as text collate c1;
