create table ranks (place int, constraint one_place unique (place));
