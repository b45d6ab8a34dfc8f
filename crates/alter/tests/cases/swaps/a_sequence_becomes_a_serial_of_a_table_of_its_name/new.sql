create table numbers (id serial);
