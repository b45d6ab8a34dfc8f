create table bookings (room int, during tsrange, constraint no_overlap exclude using gist (during with &&) where (room is not null));
