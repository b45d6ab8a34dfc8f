create domain flag as varchar(3) check (value in ('yes', 'no'));
