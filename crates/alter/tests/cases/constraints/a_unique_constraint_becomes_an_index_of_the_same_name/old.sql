create table slots (room int, constraint slots_room unique (room));
