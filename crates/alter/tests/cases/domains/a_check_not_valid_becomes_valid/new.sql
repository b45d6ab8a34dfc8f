create domain age as int;
alter domain age add constraint grown check (value > 17);
