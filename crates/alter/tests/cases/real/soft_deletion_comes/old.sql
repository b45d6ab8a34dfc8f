create table notes (id int primary key, slug text not null unique);
create view all_notes as select * from notes;
