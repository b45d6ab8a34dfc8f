create table bookings (room int, during tstzrange);
