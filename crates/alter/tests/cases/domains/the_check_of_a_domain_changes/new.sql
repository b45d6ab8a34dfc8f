create domain rating as int constraint in_range check (value between 1 and 10);
create table reviews (stars rating);
