create table bookings (room int, during int4range, constraint no_overlap exclude using gist (during with -|-) deferrable);
