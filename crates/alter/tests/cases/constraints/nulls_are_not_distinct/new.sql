create table slots (room int, hour int, unique nulls not distinct (room, hour));
