create table notes (id int primary key, slug text not null, deleted_at timestamptz);
create unique index notes_slug_key on notes (slug) where deleted_at is null;
create view all_notes as select * from notes;
create view live_notes as select * from all_notes where deleted_at is null;
