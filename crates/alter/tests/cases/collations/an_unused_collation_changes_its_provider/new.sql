create collation c1 (provider = libc, locale = 'C');
comment on collation c1 is 'mine';
