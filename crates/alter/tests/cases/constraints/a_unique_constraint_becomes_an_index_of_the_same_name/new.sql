create table slots (room int);
create unique index slots_room on slots (room);
