create table boxes (w int, h int, area int generated always as (w * h) stored);
comment on column boxes.area is 'in square metres';
