create table parts (id int, weight int check (weight > 0));
create index heavy on parts (weight) where weight > 100;
create view heavy_parts as select id, weight from parts where weight > 100;
