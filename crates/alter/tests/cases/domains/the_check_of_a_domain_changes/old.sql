create domain rating as int constraint in_range check (value between 1 and 5);
create table reviews (stars rating);
