create domain tags as text[] check (cardinality(value) < 10);
