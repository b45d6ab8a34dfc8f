create type size as enum ('small', 'large');
create table shirts (size size default 'small');
