create table boxes (w int, h int, area int generated always as (w * h) stored);
create index on boxes (area);
