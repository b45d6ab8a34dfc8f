create collation c1 (provider = icu, locale = 'de');
comment on collation c1 is 'mine';
