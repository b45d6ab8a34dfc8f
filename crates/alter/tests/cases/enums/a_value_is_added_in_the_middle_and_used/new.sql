create type size as enum ('small', 'medium', 'large');
create table shirts (size size default 'medium');
create index middling on shirts (size) where size = 'medium';
