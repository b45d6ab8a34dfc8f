create table bookings (room int, during tsrange);
