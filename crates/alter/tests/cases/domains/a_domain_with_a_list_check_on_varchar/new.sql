create domain flag as varchar(5) check (value in ('yes', 'no', 'maybe'));
