create table bookings (room int, during tstzrange);
create extension btree_gist;
alter table bookings add constraint free exclude using gist (room with =, during with &&);
