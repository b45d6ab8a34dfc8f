create table slots (room int, hour int, unique (room, hour));
