create table boxes (w bigint, h int, area bigint generated always as (w * h) stored);
comment on column boxes.area is 'in square metres';
