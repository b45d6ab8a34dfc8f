create table slots (room int, hour int, guest text, constraint slots_once unique (room, hour) include (guest));
